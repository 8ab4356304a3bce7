// Made from schemas/ by `npm run generate`.

/**
 * What the stage does; by default the kind that its name says.
 */
export type CommonKind = string
/**
 * A note for readers; never a reason to run again.
 */
export type CommonDescription = string
/**
 * Decides this stage's draws in place of the pipeline's seed.
 */
export type CommonSeed = number
/**
 * How often a failed stage is tried again, after 1 s, 2 s, 4 s and so on, at most a minute; by default never.
 */
export type CommonRetries = number
/**
 * A name, or several: of all stages that give the same name, one runs at a time, also of other `pipe` processes on the same cache; by default there is none.
 */
export type CommonMutex = (CommonName | [CommonName, ...(CommonName)[]])
/**
 * Letters, digits, - and _; starts with a letter.
 */
export type CommonName = string
/**
 * always: the result is taken from the cache whenever nothing that decides it has changed. never: the stage runs each time. ttl: it runs when its result is older.
 */
export type CommonCache = (("always" | "never") | {
/**
 * How old a result may become.
 */
ttl: string
} | CommonExpression)
/**
 * Takes a var, or a value of an earlier stage.
 */
export type CommonExpression = string
/**
 * From input to output.
 * 
 * @minItems 1
 */
export type BuildLayers = [BuildLayer, ...(BuildLayer)[]]
/**
 * What is repeated.
 * 
 * @minItems 1
 */
export type BuildLayers1 = [BuildLayer, ...(BuildLayer)[]]
/**
 * Layers, one after the other.
 */
export type BuildBranch = BuildLayer[]
/**
 * The block's layers.
 * 
 * @minItems 1
 */
export type BuildLayers2 = [BuildLayer, ...(BuildLayer)[]]
/**
 * Layers, one after the other.
 */
export type BuildBranch1 = BuildLayer[]
/**
 * A stage, `stage.port` where one has several outputs of the type, or a cell of a matrix: `stage[seed=1]`.
 */
export type CommonReference = string

export interface Stages {
augment: AugmentStage
build: BuildStage
command: CommandStage
download: DownloadStage
evaluate: EvaluateStage
features: FeaturesStage
normalize: NormalizeStage
report: ReportStage
train: TrainStage
tune: TuneStage
}
/**
 * Changes training images at random, each epoch anew. The options above `operations` are those of Keras' ImageDataGenerator, in its order and with its semantics; noise comes last of them.
 */
export interface AugmentStage {
kind?: CommonKind
description?: CommonDescription
seed?: CommonSeed
/**
 * The stage fails when a try of it takes longer; without it, it may take as long as it likes.
 */
timeout?: string
retries?: CommonRetries
resources?: CommonResources
mutex?: CommonMutex
cache?: CommonCache
/**
 * The dataset.
 */
data: string
/**
 * Turns by up to this many degrees.
 */
rotation: number
/**
 * Shifts sideways: a number below 1 is the largest fraction of the width; a whole number n draws whole pixels below n, either way; another number is the largest number of pixels; of a list one is taken, either way.
 */
widthShift: (number | [number, ...(number)[]])
/**
 * Shifts up or down: a number below 1 is the largest fraction of the height; a whole number n draws whole pixels below n, either way; another number is the largest number of pixels; of a list one is taken, either way.
 */
heightShift: (number | [number, ...(number)[]])
/**
 * Shears by up to this many degrees.
 */
shear: number
/**
 * One factor an axis, from 1 - z to 1 + z, or from the first to the second number.
 */
zoom: (number | [number, number])
/**
 * Mirrors half of the images.
 */
horizontalFlip: boolean
/**
 * Turns half of the images upside down.
 */
verticalFlip: boolean
/**
 * Multiplies 0–255 pixels by a factor between these two, whatever normalize does later.
 * 
 * @minItems 2
 * @maxItems 2
 */
brightness?: [number, number]
/**
 * Adds normal noise of this deviation to 0–255 pixels.
 */
noise: number
/**
 * What lies outside the image: the nearest pixel, a constant, the image mirrored (its edge repeated), or the image again.
 */
fill: ("nearest" | "constant" | "reflect" | "wrap")
/**
 * The constant, on 0–255 pixels.
 */
fillValue: number
/**
 * More operations, done after those above, in order as written.
 */
operations: {
/**
 * Rotation, shift, shear and zoom as one map, each as above.
 */
affine?: {
/**
 * Turns by up to this many degrees.
 */
rotation: number
/**
 * Shifts sideways: a number below 1 is the largest fraction of the width; a whole number n draws whole pixels below n, either way; another number is the largest number of pixels; of a list one is taken, either way.
 */
widthShift: (number | [number, ...(number)[]])
/**
 * Shifts up or down: a number below 1 is the largest fraction of the height; a whole number n draws whole pixels below n, either way; another number is the largest number of pixels; of a list one is taken, either way.
 */
heightShift: (number | [number, ...(number)[]])
/**
 * Shears by up to this many degrees.
 */
shear: number
/**
 * One factor an axis, from 1 - z to 1 + z, or from the first to the second number.
 */
zoom: (number | [number, number])
/**
 * What lies outside the image: the nearest pixel, a constant, the image mirrored (its edge repeated), or the image again.
 */
fill: ("nearest" | "constant" | "reflect" | "wrap")
/**
 * The constant, on 0–255 pixels.
 */
fillValue: number
/**
 * How often it is done.
 */
probability: number
}
/**
 * Mirrors the image.
 */
horizontalFlip?: {
/**
 * How often it is done.
 */
probability: number
}
/**
 * Turns the image upside down.
 */
verticalFlip?: {
/**
 * How often it is done.
 */
probability: number
}
/**
 * Pads the image on every side and cuts one of its own size out of it, at random.
 */
randomCrop?: {
/**
 * Pixels on every side.
 */
padding: number
/**
 * What the padding is: the image mirrored (its edge not repeated, as in PyTorch), the nearest pixel, or a constant.
 */
fill: ("reflect" | "nearest" | "constant")
/**
 * The constant, on 0–255 pixels.
 */
fillValue: number
/**
 * How often it is done.
 */
probability: number
}
/**
 * Multiplies 0–255 pixels by a factor between these two.
 */
brightness?: {
/**
 * The lowest and the highest factor.
 * 
 * @minItems 2
 * @maxItems 2
 */
range: [number, number]
/**
 * How often it is done.
 */
probability: number
}
/**
 * Changes brightness, contrast, saturation and hue, in this order, as torchvision's functions of these names do.
 */
colourJitter?: {
/**
 * The factor is drawn from 1 - this to 1 + this.
 */
brightness: number
/**
 * The factor is drawn from 1 - this to 1 + this.
 */
contrast: number
/**
 * The factor is drawn from 1 - this to 1 + this.
 */
saturation: number
/**
 * Turns the hue by up to this part of the colour circle.
 */
hue: number
/**
 * How often it is done.
 */
probability: number
}
/**
 * Adds normal noise to 0–255 pixels.
 */
noise?: {
/**
 * Standard deviation of the noise.
 */
deviation: number
/**
 * How often it is done.
 */
probability: number
}
/**
 * Covers squares whose centres lie anywhere in the image (DeVries and Taylor, 2017).
 */
cutout?: {
/**
 * Side of a square in pixels.
 */
size: number
/**
 * How many squares.
 */
count: number
/**
 * What covers, on 0–255 pixels.
 */
fillValue: number
/**
 * How often it is done.
 */
probability: number
}
/**
 * Blends an image and its label with another of the batch (Zhang and others, 2018).
 */
mixup?: {
/**
 * The blend's share is drawn from Beta(alpha, alpha).
 */
alpha: number
/**
 * How often it is done.
 */
probability: number
}
/**
 * Puts a rectangle of another image of the batch into an image, and mixes their labels by its area (Yun and others, 2019).
 */
cutmix?: {
/**
 * The share that stays is drawn from Beta(alpha, alpha).
 */
alpha: number
/**
 * How often it is done.
 */
probability: number
}
}[]
}
/**
 * What the stage takes of the machine while it runs: nothing starts that would take more than there is.
 */
export interface CommonResources {
/**
 * Processors; by default 1. More than there are means all of them.
 */
cpu?: number
/**
 * Graphics processors; by default none.
 */
gpu?: number
/**
 * A number and a unit: B, KB, MB, GB or TB, each 1024 of the one before; by default nothing is counted.
 */
memory?: string
}
/**
 * Declares a network and draws its initial weights.
 */
export interface BuildStage {
kind?: CommonKind
description?: CommonDescription
seed?: CommonSeed
/**
 * The stage fails when a try of it takes longer; without it, it may take as long as it likes.
 */
timeout?: string
retries?: CommonRetries
resources?: CommonResources
mutex?: CommonMutex
cache?: CommonCache
/**
 * Shape of one example: height, width, channels. Not needed where the first layer is a `model`.
 * 
 * @minItems 1
 * @maxItems 4
 */
input?: [number]|[number, number]|[number, number, number]|[number, number, number, number]
/**
 * Multiplies filters and units of every layer but the last.
 */
width: number
layers: BuildLayers
}
/**
 * One of these.
 */
export interface BuildLayer {
/**
 * Layers that are repeated, once for each row of `with`.
 */
repeat?: {
/**
 * Values that `${name}` takes in the layers, a row for each repetition.
 * 
 * @minItems 1
 */
with?: [{
[k: string]: unknown
}, ...({
[k: string]: unknown
})[]]
/**
 * How often, where no values change; without it, once for each of `with`.
 */
times?: number
layers: BuildLayers1
}
/**
 * Convolution with a square kernel.
 */
conv2d?: {
/**
 * What the layer is called in the model, in summaries and by `freeze`; by default its kind and a number.
 */
name?: string
/**
 * Number of output channels.
 */
filters: number
/**
 * Height and width of the kernel.
 */
kernelSize: number
/**
 * Steps of the kernel.
 */
strides: number
/**
 * valid: none. same: the output is as large as the input (divided by the strides).
 */
padding: ("valid" | "same")
/**
 * Applied to the layer's output.
 */
activation: ("linear" | "relu" | "relu6" | "elu" | "gelu" | "swish" | "sigmoid" | "tanh" | "softmax")
/**
 * Adds a bias a filter.
 */
useBias: boolean
}
/**
 * Normalizes each channel over the batch.
 */
batchNormalization?: {
/**
 * What the layer is called in the model, in summaries and by `freeze`; by default its kind and a number.
 */
name?: string
/**
 * Of the moving statistics.
 */
momentum: number
/**
 * Added to the variance.
 */
epsilon: number
}
/**
 * An activation as a layer of its own.
 */
activation?: {
/**
 * What the layer is called in the model, in summaries and by `freeze`; by default its kind and a number.
 */
name?: string
/**
 * Applied to the layer's output.
 */
function: ("linear" | "relu" | "relu6" | "elu" | "gelu" | "swish" | "sigmoid" | "tanh" | "softmax")
}
/**
 * The largest of each window.
 */
maxPooling2d?: {
/**
 * What the layer is called in the model, in summaries and by `freeze`; by default its kind and a number.
 */
name?: string
/**
 * Height and width of the window.
 */
poolSize: number
/**
 * Steps of the window; by default its size.
 */
strides?: number
/**
 * valid: none. same: the output is as large as the input (divided by the strides).
 */
padding: ("valid" | "same")
}
/**
 * The mean of each window.
 */
averagePooling2d?: {
/**
 * What the layer is called in the model, in summaries and by `freeze`; by default its kind and a number.
 */
name?: string
/**
 * Height and width of the window.
 */
poolSize: number
/**
 * Steps of the window; by default its size.
 */
strides?: number
/**
 * valid: none. same: the output is as large as the input (divided by the strides).
 */
padding: ("valid" | "same")
}
/**
 * The mean of each channel.
 */
globalAveragePooling2d?: {
/**
 * What the layer is called in the model, in summaries and by `freeze`; by default its kind and a number.
 */
name?: string
}
/**
 * All values in one row.
 */
flatten?: {
/**
 * What the layer is called in the model, in summaries and by `freeze`; by default its kind and a number.
 */
name?: string
}
/**
 * Zeroes a part of the values while training.
 */
dropout?: {
/**
 * What the layer is called in the model, in summaries and by `freeze`; by default its kind and a number.
 */
name?: string
/**
 * The part.
 */
rate: number
}
/**
 * Fully connected.
 */
dense?: {
/**
 * What the layer is called in the model, in summaries and by `freeze`; by default its kind and a number.
 */
name?: string
/**
 * Number of outputs.
 */
units: number
/**
 * Applied to the layer's output.
 */
activation: ("linear" | "relu" | "relu6" | "elu" | "gelu" | "swish" | "sigmoid" | "tanh" | "softmax")
/**
 * Adds a bias a unit.
 */
useBias: boolean
}
/**
 * Convolution of each channel by itself, with a square kernel.
 */
depthwiseConv2d?: {
/**
 * What the layer is called in the model, in summaries and by `freeze`; by default its kind and a number.
 */
name?: string
/**
 * Height and width of the kernel.
 */
kernelSize: number
/**
 * Steps of the kernel.
 */
strides: number
/**
 * valid: none. same: the output is as large as the input (divided by the strides).
 */
padding: ("valid" | "same")
/**
 * Applied to the layer's output.
 */
activation: ("linear" | "relu" | "relu6" | "elu" | "gelu" | "swish" | "sigmoid" | "tanh" | "softmax")
/**
 * Adds a bias a channel.
 */
useBias: boolean
}
/**
 * The largest of each channel.
 */
globalMaxPooling2d?: {
/**
 * What the layer is called in the model, in summaries and by `freeze`; by default its kind and a number.
 */
name?: string
}
/**
 * Adds rows and columns of zeros.
 */
zeroPadding2d?: {
/**
 * What the layer is called in the model, in summaries and by `freeze`; by default its kind and a number.
 */
name?: string
/**
 * As many on each side, or [[top, bottom], [left, right]].
 */
padding: (number | [[number, number], [number, number]])
}
/**
 * Makes an image larger by a whole factor.
 */
upSampling2d?: {
/**
 * What the layer is called in the model, in summaries and by `freeze`; by default its kind and a number.
 */
name?: string
/**
 * The factor, in both directions.
 */
size: number
/**
 * nearest repeats pixels, bilinear goes from one to the next as TensorFlow.js does, in a browser too: by the pixels' corners, where Keras takes their centres.
 */
interpolation: ("nearest" | "bilinear")
}
/**
 * Every value × scale + offset.
 */
rescaling?: {
/**
 * What the layer is called in the model, in summaries and by `freeze`; by default its kind and a number.
 */
name?: string
/**
 * The factor.
 */
scale: number
/**
 * Added after.
 */
offset: number
}
/**
 * Normalizes each example over its channels.
 */
layerNormalization?: {
/**
 * What the layer is called in the model, in summaries and by `freeze`; by default its kind and a number.
 */
name?: string
/**
 * Added to the variance.
 */
epsilon: number
}
/**
 * The same values in another shape.
 */
reshape?: {
/**
 * What the layer is called in the model, in summaries and by `freeze`; by default its kind and a number.
 */
name?: string
/**
 * Without the batch.
 */
shape: number[]
}
/**
 * The sum of several branches.
 */
add?: {
/**
 * What the layer is called in the model, in summaries and by `freeze`; by default its kind and a number.
 */
name?: string
/**
 * Each takes what the layer before gives; an empty one passes it on.
 * 
 * @minItems 2
 */
branches: [BuildBranch, BuildBranch, ...(BuildBranch)[]]
}
/**
 * The channels of several branches, one after the other.
 */
concatenate?: {
/**
 * What the layer is called in the model, in summaries and by `freeze`; by default its kind and a number.
 */
name?: string
/**
 * Each takes what the layer before gives; an empty one passes it on.
 * 
 * @minItems 2
 */
branches: [BuildBranch, BuildBranch, ...(BuildBranch)[]]
}
/**
 * A residual block (He et al. 2016): what its layers give is added to what it was given.
 */
residual?: {
/**
 * What the layer is called in the model, in summaries and by `freeze`; by default its kind and a number.
 */
name?: string
layers: BuildLayers2
shortcut: BuildBranch1
/**
 * Applied to the sum.
 */
activation: ("linear" | "relu" | "relu6" | "elu" | "gelu" | "swish" | "sigmoid" | "tanh" | "softmax")
}
/**
 * A network with its weights: another stage's, or a TensorFlow.js layers-model.
 */
model?: {
/**
 * A stage that gives a model or a trained model; without it, `file` says which.
 */
of?: string
/**
 * The model.json of a TensorFlow.js layers-model: a path in the project, or an address; without it, `of` says which.
 */
file?: string
/**
 * Of model.json and the files beside it that hold its weights, by name; an address needs it.
 */
sha256?: {
[k: string]: string
}
/**
 * The name of the last layer that is taken; by default all are.
 */
until?: string
}
}
/**
 * Runs any program in a folder of its own that holds copies of its declared inputs, and keeps its declared outputs.
 */
export interface CommandStage {
kind?: CommonKind
description?: CommonDescription
seed?: CommonSeed
/**
 * The stage fails when a try of it takes longer; without it, it may take as long as it likes.
 */
timeout?: string
retries?: CommonRetries
resources?: CommonResources
mutex?: CommonMutex
cache?: CommonCache
/**
 * A line for the shell, or a program and its arguments.
 */
run: (string | [string, ...(string)[]])
/**
 * Inputs: `stage.port`, laid out in a folder of the input's name; a list of them, each in a folder of its stage's name in there, and of the output's name within that where a stage is named more than once; or a file or folder of the project at its own path.
 */
in: {
[k: string]: (string | [CommonReference, ...(CommonReference)[]])
}
/**
 * Patterns as in .gitignore, from the project's folder: what they match in a folder of `in` is no input. `.git` and the cache never are.
 */
ignore: string[]
/**
 * Output ports: the file or folder that the program leaves for each.
 */
out: {
[k: string]: string
}
/**
 * Environment variables that the program gets, and whose values count.
 */
env: string[]
}
/**
 * Fetches a dataset, draws one, or reads yours, and splits it: one of `dataset`, `folder` and `arrays`.
 */
export interface DownloadStage {
kind?: CommonKind
description?: CommonDescription
seed?: CommonSeed
/**
 * The stage fails when a try of it takes longer; without it, it may take as long as it likes.
 */
timeout?: string
retries?: CommonRetries
resources?: CommonResources
mutex?: CommonMutex
cache?: CommonCache
/**
 * A known dataset. cifar10: 60,000 photographs of ten classes. cifar100: of a hundred. shapes10: drawn from the seed, offline.
 */
dataset?: ("cifar10" | "cifar100" | "shapes10")
/**
 * JPEG, PNG, WebP, GIF (its first image), TIFF and AVIF images; an image's class is the folder that it is in. Folders train and test, where both are there, hold the class folders of the two parts.
 */
folder?: {
/**
 * A folder or archive (zip, tar, tar.gz) of the project, or an archive's URL.
 */
from: string
/**
 * The sha256 of the file at a URL, so that it is always the same; a file of the project is checked by it, too.
 */
sha256?: string
/**
 * The folder therein that holds the class folders.
 */
path: string
/**
 * Height and width of every image.
 * 
 * @minItems 2
 * @maxItems 2
 */
size: [number, number]
/**
 * How an image of another size comes to it: resize stretches it, crop scales it to cover the size and cuts off the rest, pad scales it to fit in and adds black.
 */
fit: ("resize" | "crop" | "pad")
/**
 * Three channels or one.
 */
colour: ("rgb" | "grey")
/**
 * What is done about a file that is no whole image.
 */
unreadable: ("stop" | "skip")
/**
 * What is done about an image of another size.
 */
otherSize: ("stop" | "skip" | "convert")
/**
 * What is done about a grey image where colour is wanted, a coloured one where grey is, and one with an alpha channel, which convert drops.
 */
otherColour: ("stop" | "skip" | "convert")
/**
 * Where the data has no test part of its own: the part of all rows, the same of each class, that is kept for testing.
 */
test: number
}
/**
 * Arrays in NumPy's .npy format: images of uint8 [rows, height, width] or [rows, height, width, channels], labels of whole numbers from 0.
 */
arrays?: {
/**
 * What the files are in: a folder or archive (zip, npz, tar, tar.gz) of the project, or an archive's URL. Without it they are files of the project, or have a URL each.
 */
from?: string
/**
 * The sha256 of the file at a URL, so that it is always the same; a file of the project is checked by it, too.
 */
sha256?: string
/**
 * The images, or those for training.
 */
images: (string | {
/**
 * Where it is.
 */
url: string
/**
 * The sha256 of the file at a URL, so that it is always the same; a file of the project is checked by it, too.
 */
sha256: string
})
/**
 * Their labels.
 */
labels: (string | {
/**
 * Where it is.
 */
url: string
/**
 * The sha256 of the file at a URL, so that it is always the same; a file of the project is checked by it, too.
 */
sha256: string
})
/**
 * The images for testing.
 */
testImages?: (string | {
/**
 * Where it is.
 */
url: string
/**
 * The sha256 of the file at a URL, so that it is always the same; a file of the project is checked by it, too.
 */
sha256: string
})
/**
 * Their labels.
 */
testLabels?: (string | {
/**
 * Where it is.
 */
url: string
/**
 * The sha256 of the file at a URL, so that it is always the same; a file of the project is checked by it, too.
 */
sha256: string
})
/**
 * The classes' names, from label 0 on; by default the labels themselves.
 * 
 * @minItems 1
 */
classes?: [string, ...(string)[]]
/**
 * Where the data has no test part of its own: the part of all rows, the same of each class, that is kept for testing.
 */
test: number
}
/**
 * How many rows: all; a number of training rows (validation included) with test rows in proportion; or both.
 */
limit: ("all" | number | {
/**
 * Training rows, validation included.
 */
train: number
/**
 * Test rows.
 */
test: number
})
/**
 * Part of the training rows kept for validation, the same of each class: a fraction below 1, or a number of rows. test: the test rows, which only `allowTestAs` allows.
 */
validation: (number | "test")
/**
 * Lets the test rows serve as validation rows, to repeat an experiment that did so; every result from them is marked.
 */
allowTestAs?: "validation"
}
/**
 * Measures a trained model on one split.
 */
export interface EvaluateStage {
kind?: CommonKind
description?: CommonDescription
seed?: CommonSeed
/**
 * The stage fails when a try of it takes longer; without it, it may take as long as it likes.
 */
timeout?: string
retries?: CommonRetries
resources?: CommonResources
mutex?: CommonMutex
cache?: CommonCache
/**
 * A stage, `stage.port` where one has several outputs of the type, or a cell of a matrix: `stage[seed=1]`.
 */
model: string
/**
 * A stage, `stage.port` where one has several outputs of the type, or a cell of a matrix: `stage[seed=1]`.
 */
data: string
/**
 * Which rows.
 */
split: ("train" | "validation" | "test")
/**
 * Rows at a time: fewer take less memory.
 */
batchSize: number
}
/**
 * Computes once what a network gives for each example; the result is a dataset of features in place of pixels.
 */
export interface FeaturesStage {
kind?: CommonKind
description?: CommonDescription
seed?: CommonSeed
/**
 * The stage fails when a try of it takes longer; without it, it may take as long as it likes.
 */
timeout?: string
retries?: CommonRetries
resources?: CommonResources
mutex?: CommonMutex
cache?: CommonCache
/**
 * A stage, `stage.port` where one has several outputs of the type, or a cell of a matrix: `stage[seed=1]`.
 */
model: string
/**
 * A stage, `stage.port` where one has several outputs of the type, or a cell of a matrix: `stage[seed=1]`.
 */
data: string
/**
 * Rows at a time.
 */
batchSize: number
}
/**
 * Brings pixels to a common scale; statistics come from the training rows alone.
 */
export interface NormalizeStage {
kind?: CommonKind
description?: CommonDescription
seed?: CommonSeed
/**
 * The stage fails when a try of it takes longer; without it, it may take as long as it likes.
 */
timeout?: string
retries?: CommonRetries
resources?: CommonResources
mutex?: CommonMutex
cache?: CommonCache
/**
 * A stage, `stage.port` where one has several outputs of the type, or a cell of a matrix: `stage[seed=1]`.
 */
data: string
/**
 * standardize: (x - mean) / deviation. rescale: pixels of 0–255 to `range`.
 */
method: ("standardize" | "rescale")
/**
 * What 0 and 255 become under rescale; [-1, 1] is what MobileNets take.
 * 
 * @minItems 2
 * @maxItems 2
 */
range: [number, number]
/**
 * One mean and deviation a channel instead of one for all.
 */
perChannel: boolean
}
/**
 * One self-contained HTML page about other stages.
 */
export interface ReportStage {
kind?: CommonKind
description?: CommonDescription
seed?: CommonSeed
/**
 * The stage fails when a try of it takes longer; without it, it may take as long as it likes.
 */
timeout?: string
retries?: CommonRetries
resources?: CommonResources
mutex?: CommonMutex
cache?: CommonCache
/**
 * The page's heading.
 */
title: string
/**
 * The stages that it shows, in order.
 * 
 * @minItems 1
 */
of: [CommonReference, ...(CommonReference)[]]
/**
 * What the page shows, in this order: names of its sections, and Markdown of your own. Sections without content are left out.
 * 
 * @minItems 1
 */
sections: [(("summary" | "comparison" | "graph" | "data" | "augmentation" | "model" | "tuning" | "curves" | "classes" | "confusion" | "calibration" | "mistakes" | "settings" | "versions" | "reproduce") | {
/**
 * CommonMark with tables.
 */
markdown: string
}), ...((("summary" | "comparison" | "graph" | "data" | "augmentation" | "model" | "tuning" | "curves" | "classes" | "confusion" | "calibration" | "mistakes" | "settings" | "versions" | "reproduce") | {
/**
 * CommonMark with tables.
 */
markdown: string
}))[]]
}
/**
 * Trains a model by minibatches; continues from the last finished epoch.
 */
export interface TrainStage {
kind?: CommonKind
description?: CommonDescription
seed?: CommonSeed
/**
 * The stage fails when a try of it takes longer; without it, it may take as long as it likes.
 */
timeout?: string
retries?: CommonRetries
resources?: CommonResources
mutex?: CommonMutex
cache?: CommonCache
/**
 * A stage, `stage.port` where one has several outputs of the type, or a cell of a matrix: `stage[seed=1]`.
 */
model: string
/**
 * A stage, `stage.port` where one has several outputs of the type, or a cell of a matrix: `stage[seed=1]`.
 */
data: string
/**
 * Names of layers that stay as they are; * stands for any letters.
 */
freeze: string[]
/**
 * A layer that stays as it is, with all that lead to it; by default none.
 */
freezeUntil?: string
/**
 * Passes over the training rows.
 */
epochs: number
/**
 * Rows a step.
 */
batchSize: number
/**
 * One of these.
 */
optimizer: {
/**
 * Stochastic gradient descent.
 */
sgd?: {
/**
 * Size of a step.
 */
learningRate: number
/**
 * Part of the last step kept.
 */
momentum: number
/**
 * Nesterov's momentum.
 */
nesterov: boolean
/**
 * Part of each weight lost a step, times the rate.
 */
weightDecay: number
/**
 * Each gradient's norm at most; by default none.
 */
clipNorm?: number
/**
 * Each gradient's values within ± this; by default none.
 */
clipValue?: number
/**
 * The norm of all gradients together at most; by default none.
 */
globalClipNorm?: number
}
/**
 * Hinton's RMSprop, as in Keras.
 */
rmsprop?: {
/**
 * Size of a step.
 */
learningRate: number
/**
 * Decay of the mean square.
 */
rho: number
/**
 * Part of the last step kept.
 */
momentum: number
/**
 * Added to the divisor.
 */
epsilon: number
/**
 * Part of each weight lost a step, times the rate.
 */
weightDecay: number
/**
 * Each gradient's norm at most; by default none.
 */
clipNorm?: number
/**
 * Each gradient's values within ± this; by default none.
 */
clipValue?: number
/**
 * The norm of all gradients together at most; by default none.
 */
globalClipNorm?: number
}
/**
 * Kingma and Ba's Adam, as in Keras.
 */
adam?: {
/**
 * Size of a step.
 */
learningRate: number
/**
 * Decay of the mean.
 */
beta1: number
/**
 * Decay of the mean square.
 */
beta2: number
/**
 * Added to the divisor.
 */
epsilon: number
/**
 * Part of each weight lost a step, times the rate.
 */
weightDecay: number
/**
 * Each gradient's norm at most; by default none.
 */
clipNorm?: number
/**
 * Each gradient's values within ± this; by default none.
 */
clipValue?: number
/**
 * The norm of all gradients together at most; by default none.
 */
globalClipNorm?: number
}
/**
 * Adam with decoupled weight decay (Loshchilov and Hutter), as in Keras.
 */
adamw?: {
/**
 * Size of a step.
 */
learningRate: number
/**
 * Decay of the mean.
 */
beta1: number
/**
 * Decay of the mean square.
 */
beta2: number
/**
 * Added to the divisor.
 */
epsilon: number
/**
 * Part of each weight lost a step, times the rate.
 */
weightDecay: number
/**
 * Each gradient's norm at most; by default none.
 */
clipNorm?: number
/**
 * Each gradient's values within ± this; by default none.
 */
clipValue?: number
/**
 * The norm of all gradients together at most; by default none.
 */
globalClipNorm?: number
}
}
/**
 * The learning rate by step, from the optimizer's rate on: one of Keras' schedules, in epochs.
 */
schedule?: {
/**
 * The optimizer's rate throughout.
 */
constant?: {

}
/**
 * Times decay every so many epochs, gradually or in stairs.
 */
exponential?: {
/**
 * The factor.
 */
decay: number
/**
 * Epochs until it is reached.
 */
epochs: number
/**
 * In steps.
 */
staircase: boolean
}
/**
 * A value up to each boundary, the last after it.
 */
piecewise?: {
/**
 * Epochs after which the next value counts.
 * 
 * @minItems 1
 */
boundaries: [number, ...(number)[]]
/**
 * Rates, one more than boundaries.
 * 
 * @minItems 2
 */
values: [number, number, ...(number)[]]
}
/**
 * Up in a line while warming up, then down half a cosine.
 */
cosine?: {
/**
 * Epochs to the optimizer's rate.
 */
warmUp: number
/**
 * The rate at the start.
 */
warmUpFrom: number
/**
 * Epochs from the top to the end; without, all that follow the warm-up: a longer training then begins anew.
 */
epochs?: number
/**
 * What is left in the end, as a part of the rate.
 */
alpha: number
}
}
/**
 * What is made small; both take the dataset's classes as labels. After an epoch, and in `evaluate`, a probability below 1e-7 counts as 1e-7, so one wrong image costs 16.1 at most; the loss of the steps has no such bound.
 */
loss: ("sparseCategoricalCrossentropy" | "categoricalCrossentropy")
/**
 * Part of a label that is spread over all classes, for loss and valLoss; of categoricalCrossentropy.
 */
labelSmoothing: number
/**
 * The model ends without softmax.
 */
fromLogits: boolean
/**
 * What watches the epochs, in order, with Keras' semantics.
 */
callbacks: {
/**
 * Cuts the rate when a metric stops improving.
 */
reduceLROnPlateau?: {
/**
 * What is watched.
 */
monitor: ("valLoss" | "valAccuracy" | "loss" | "accuracy")
/**
 * Is less or more better? auto: by the metric's name.
 */
mode: ("auto" | "min" | "max")
/**
 * The new rate over the old.
 */
factor: number
/**
 * Epochs without improvement before.
 */
patience: number
/**
 * Less is no improvement.
 */
minDelta: number
/**
 * Epochs to wait after a cut.
 */
cooldown: number
/**
 * Never below.
 */
minLearningRate: number
}
/**
 * Stops when a metric stops improving.
 */
earlyStopping?: {
/**
 * What is watched.
 */
monitor: ("valLoss" | "valAccuracy" | "loss" | "accuracy")
/**
 * Is less or more better? auto: by the metric's name.
 */
mode: ("auto" | "min" | "max")
/**
 * Epochs without improvement before.
 */
patience: number
/**
 * Less is no improvement.
 */
minDelta: number
/**
 * What must be beaten; by default nothing.
 */
baseline?: number
/**
 * Epochs to wait before watching.
 */
startFromEpoch: number
/**
 * Keeps the weights of the best epoch.
 */
restoreBestWeights: boolean
}
/**
 * Sets the rate at each epoch's start.
 */
learningRateSchedule?: {
/**
 * Constant for the first epochs, then times e^rate an epoch.
 */
exponential?: {
/**
 * Epochs before.
 */
after: number
/**
 * Exponent an epoch.
 */
rate: number
}
}
}[]
/**
 * mixedBfloat16: convolutions and matrix products in bfloat16, all else in float32; native engine only.
 */
precision: ("float32" | "mixedBfloat16")
/**
 * Threads that make batches ahead; changes no byte of the result.
 */
workers: number
}
/**
 * Searches a space of values for the best trial.
 */
export interface TuneStage {
kind?: CommonKind
description?: CommonDescription
seed?: CommonSeed
/**
 * The stage fails when a try of it takes longer; without it, it may take as long as it likes.
 */
timeout?: string
retries?: CommonRetries
resources?: CommonResources
mutex?: CommonMutex
cache?: CommonCache
/**
 * A stage, `stage.port` where one has several outputs of the type, or a cell of a matrix: `stage[seed=1]`.
 */
data?: string
/**
 * How; one of these. Every one is decided by the seed.
 */
search: {
/**
 * Every combination.
 */
grid?: {
/**
 * Places at which a continuous range is taken.
 */
values: number
}
/**
 * Independent draws (Bergstra, Bengio 2012).
 */
random?: {
/**
 * How many.
 */
trials: number
}
/**
 * Tree-structured Parzen estimator: tries where good trials are dense (Bergstra et al. 2011).
 */
tpe?: {
/**
 * How many.
 */
trials: number
/**
 * So many are drawn at random first.
 */
startup: number
/**
 * Draws from among which the most promising is tried.
 */
candidates: number
}
/**
 * Successive halving: many start with few epochs, the best go on (Jamieson, Talwalkar 2016).
 */
halving?: {
/**
 * How many start.
 */
trials: number
/**
 * 1/factor of the trials go on, with factor times the epochs.
 */
factor: number
/**
 * Epochs before the first comparison, at least.
 */
minEpochs: number
}
/**
 * Successive halving from many trials with few epochs to few with all (Li et al. 2018).
 */
hyperband?: {
/**
 * 1/factor of the trials go on, with factor times the epochs.
 */
factor: number
/**
 * Epochs before the first comparison, at least.
 */
minEpochs: number
/**
 * Only so many, the one with the most trials first; by default all.
 */
brackets?: number
}
}
/**
 * What is made large or small.
 */
objective: {
/**
 * A value of the trial's last training.
 */
maximize?: string
/**
 * A value of the trial's last training.
 */
minimize?: string
}
/**
 * Of the trial's last training; with halving, of those trials that come through.
 */
epochs: number
/**
 * Trainings of each trial, each with a seed of its own; the mean is judged.
 */
executions: number
/**
 * Trials at the same time, at most. TPE and pruning learn from those that came at least so many before, so that the number of processors never counts.
 */
parallel: number
/**
 * Ends trials that will not win.
 */
prune?: {
/**
 * When the best so far is worse than the median of the averages of those before (Golovin et al. 2017).
 */
median: {
/**
 * So many trials must have ended before.
 */
startup: number
/**
 * Epochs before it is first asked.
 */
warmup: number
/**
 * Epochs from one time to the next.
 */
every: number
}
}
/**
 * So many trials may fail; each is kept with its reason.
 */
maxFailures: number
/**
 * What is searched, by name; `${trial.name}` takes a value.
 */
space: {
/**
 * One of int, float, choice.
 */
[k: string]: {
/**
 * Whole numbers from the first to the second.
 * 
 * @minItems 2
 * @maxItems 2
 */
int?: [number, number]
/**
 * Numbers from the first to the second.
 * 
 * @minItems 2
 * @maxItems 2
 */
float?: [number, number]
/**
 * Any of these.
 * 
 * @minItems 1
 */
choice?: [(number | string | boolean), ...((number | string | boolean))[]]
/**
 * Distance of neighbours; without it, any value.
 */
step?: number
/**
 * Even in the logarithm.
 */
log: boolean
/**
 * There only where these have one of these values.
 */
when?: {
/**
 * @minItems 1
 */
[k: string]: (number | string | boolean | [(number | string | boolean), ...((number | string | boolean))[]])
}
}
}
/**
 * A small pipeline; its last training is judged, for as many epochs as the search says. `${trial.name}` takes a value, also as a key; without the value, the key that it stands at is left out.
 */
trial: {
[k: string]: {
[k: string]: unknown
}
}
}
